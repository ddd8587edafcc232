import { Router, type Request, type Response } from 'express';

const router: Router = Router();

router
  .route('/:id')
  .get((_req: Request, res: Response) => {
    res.json({ id: 1 });
  })
  .put((_req: Request, res: Response): void => {
    res.status(204).end();
  });

export default router as Router;
