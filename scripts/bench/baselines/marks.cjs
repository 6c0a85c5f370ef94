// Loaded before whatever is to be measured: says when it had got how far, in milliseconds since the process began.
const { writeSync } = require('node:fs');
const { Server } = require('node:http');

const marks = { node: performance.now() };
const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  marks.loaded ??= performance.now();
  this.prependListener('request', (_request, response) => {
    marks.called ??= performance.now();
    const { end } = response;
    response.end = (...last) => {
      if (!marks.answered) {
        marks.answered = performance.now();
        // Before the answer: whoever has that may end this process at once.
        writeSync(1, `marks ${JSON.stringify(marks)}\n`);
      }
      return end.apply(response, last);
    };
  });
  return listen.apply(this, args);
};
