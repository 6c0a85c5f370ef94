// Loaded before whatever is to be measured: says when it had got how far, in milliseconds since the process began.
const { Server } = require('node:http');

const marks = { node: performance.now() };
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  marks.loaded ??= performance.now();
  this.prependListener('request', (_request, response) => {
    marks.called ??= performance.now();
    response.once('finish', () => {
      if (marks.answered) return;
      marks.answered = performance.now();
      console.log(`marks ${JSON.stringify(marks)}`);
    });
  });
  return listen.apply(this, args);
};
