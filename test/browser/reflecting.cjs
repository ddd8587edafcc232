// A server as many are: whoever asks is let in, with cookies.
const cors = require('cors');
const express = require('express');

const app = express();
app.use(cors({ origin: true, credentials: true }));
app.all('/account', (request, response) => {
  response.json({ cookies: request.headers.cookie, method: request.method });
});
app.listen(process.env.PORT, '127.0.0.1');
