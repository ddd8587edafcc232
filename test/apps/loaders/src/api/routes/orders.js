import { Router } from 'express';
import isAuth from '../middlewares/isAuth.js';

const route = Router();

export default (app) => {
  app.use('/orders', route);

  route.get('/', isAuth, (req, res) => res.json({ orders: [] }));

  route.put('/:id', isAuth, async (req, res, next) => {
    try {
      return res.status(200).json({ id: 1 });
    } catch (e) {
      return next(e);
    }
  });
};
