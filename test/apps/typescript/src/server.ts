import cors from 'cors';
import express, { type Application } from 'express';
import { corsConfig } from '@config/cors.config';
import routes from '@routes';

const app: Application = express();

app.use(cors(corsConfig));
app.use(express.json());
app.use('/v1', routes);

app.listen(Number(process.env.PORT!));
