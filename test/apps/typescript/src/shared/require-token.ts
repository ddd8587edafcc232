import type { NextFunction, Request, Response } from 'express';

export function requireToken(req: Request, res: Response, next: NextFunction): void {
  const [scheme, token] = (req.get('Authorization') ?? '').split(' ');
  if (scheme !== 'Bearer' || !token) {
    res.status(401).json({ error: 'Please sign in.' });
    return;
  }
  next();
}
