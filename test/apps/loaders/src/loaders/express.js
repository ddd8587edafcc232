import cors from 'cors';
import express from 'express';
import routes from '../api/index.js';
import config from '../config/index.js';

export default async ({ app }) => {
  app.get('/status', (req, res) => {
    res.status(200).end();
  });

  app.use(
    cors({
      origin: (origin, callback) => {
        callback(null, Boolean(origin) && origin.endsWith(config.cors.domain));
      },
      credentials: config.cors.credentials,
      maxAge: 600,
    }),
  );
  app.use(express.json());
  app.use(config.api.prefix, routes());

  app.use((req, res) => {
    res.status(404).json({ errors: { message: 'Not Found' } });
  });
  app.use((err, req, res, next) => {
    res.status(err.status || 500);
    res.json({ errors: { message: err.message } });
  });
};
