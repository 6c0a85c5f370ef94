# The image of one function, from what `npm run build` made of it: docker build --build-arg BASE=... dist/<function>.
# `npm run images` builds them all, reproducibly and with their code caches. Any base will do that has Node 20.19 or later at
# /nodejs/bin/node and a user of its own; pin it by its digest, and nothing but a changed function changes an image.
ARG BASE=gcr.io/distroless/nodejs24-debian12:nonroot
FROM ${BASE}

ENV NODE_ENV=production
WORKDIR /app

# What changes least is lowest: the libraries are the same bytes in most functions, so a registry has them once.
COPY node_modules ./node_modules/
COPY index.cjs start.cjs ./

# What V8 compiled of it before (docs/decisions/0006): a layer of its own. Without one the image works, and starts more slowly.
ARG CACHE=start.cjs
COPY ${CACHE} ./

USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/nodejs/bin/node", "/app/start.cjs"]
CMD []
