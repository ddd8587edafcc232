import { Router } from 'express';

const beds = Router();

beds.get('/', (req, res) => {
  res.json([]);
});
beds.get('/:bed/plants', (req, res) => {
  res.json([]);
});
beds.delete('/:bed', (req, res) => {
  res.sendStatus(204);
});

export { beds };
