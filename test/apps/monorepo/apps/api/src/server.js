import cors from 'cors';
import express from 'express';
import corsConfigs from '@garden/cors-config';
import { beds } from './beds.js';

const { corsConfig } = corsConfigs;
const app = express();

app.use(cors(corsConfig({ previews: true })));
app.use('/beds', beds);

app.listen(process.env.PORT);
