import type { CorsOptions } from 'cors';
import { CLIENTS } from '@config/clients';

export const corsConfig: CorsOptions = {
  origin: Object.values(CLIENTS),
  credentials: true,
  methods: ['GET', 'POST', 'PUT'],
  allowedHeaders: ['Content-Type', 'X-Request-Id'],
  maxAge: 600,
};
