// What partners build upon: prices and opening hours, and a key for those who want more.
import express, { type NextFunction, type Request, type Response } from 'express';
import cors from 'cors';

interface Price {
  readonly id: string;
  readonly cents: number;
  readonly currency: 'EUR';
}

const prices: readonly Price[] = [
  { id: 'fern-01', cents: 1890, currency: 'EUR' },
  { id: 'seed-11', cents: 650, currency: 'EUR' },
];

const app = express();

app.use(
  cors({
    credentials: true,
    allowHeaders: ['Content-Type', 'X-Partner-Key'],
  } as cors.CorsOptions),
);
app.use(express.json());

function requirePartner(req: Request, res: Response, next: NextFunction): void {
  const partners = (process.env.PARTNER_KEYS ?? '').split(',');
  if (!partners.includes(req.get('X-Partner-Key') ?? '')) {
    res.status(403).json({ error: 'Unknown partner.' });
    return;
  }
  next();
}

app.get('/v1/prices', (_req: Request, res: Response) => {
  res.json(prices);
});

app.get('/v1/prices/:id/history', requirePartner, (req: Request<{ id: string }>, res: Response) => {
  const price = prices.find(({ id }) => id === req.params.id);
  if (!price) {
    res.status(404).json({ error: 'Unknown article.' });
    return;
  }
  res.json([price]);
});

app.listen(Number(process.env.PUBLIC_API_PORT ?? 4002));
