import { Router } from 'express';
import { requireToken } from '@shared/require-token';
import ticketsRouter from './tickets';

const router = Router();

router.get('/health', (_req, res) => {
  res.send('ok');
});
router.use('/tickets', requireToken, ticketsRouter);

export default router;
