import { Router } from 'express';
import orders from './routes/orders.js';
import users from './routes/users.js';

export default () => {
  const app = Router();
  orders(app);
  users(app);

  return app;
};
