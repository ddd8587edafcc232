import { Router } from 'express';
import isAuth from '../middlewares/isAuth.js';

const route = Router();

export default (app) => {
  app.use('/users', route);

  route.get('/me', isAuth, (req, res) => {
    return res.json({ user: 'mara' }).status(200);
  });
};
