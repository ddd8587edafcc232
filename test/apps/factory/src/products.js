import { Router } from 'express';

export const products = Router();

products.get('/', async (req, res) => {
  res.set('X-Total-Count', '3').json([]);
});

products.patch('/:id', async () => {
  throw new Error('There is no product of that number.');
});
