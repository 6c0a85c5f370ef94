// An empty function that takes the same POST and answers the same, and does nothing in between.
const functions = require('@google-cloud/functions-framework');

functions.http('empty', (_request, response) => response.status(202).end());
