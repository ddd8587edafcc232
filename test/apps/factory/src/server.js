import express from 'express';
import { createCorsMiddleware, notFound, onError } from '#middleware';
import { origins } from './origins.js';
import { products } from './products.js';

export const app = express();

app.use(createCorsMiddleware({ origins, credentials: true }));
app.use(express.json());
app.use('/products', products);
app.use(notFound);
app.use(onError);

app.listen(process.env.PORT);
