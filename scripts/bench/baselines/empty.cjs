// The least that functions-framework can do, as its documentation shows it.
const functions = require('@google-cloud/functions-framework');

functions.http('empty', (_request, response) => response.send('ok'));
