// The back office: stock, staff, and a session cookie.
require('dotenv').config();

const express = require('express');
const session = require('express-session');
const cors = require('cors');

const app = express();

app.use(cors({ origin: true, credentials: true }));
app.use(express.json());
app.use(
  session({
    name: 'office',
    secret: process.env.SESSION_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, secure: true, sameSite: 'none' },
  }),
);

const staff = [{ email: 'mara@fernfield.example', password: process.env.MARA_PASSWORD }];

app.post('/login', (req, res) => {
  const member = staff.find(({ email, password }) => email === req.body.email && password === req.body.password);
  if (!member) {
    return res.status(401).json({ error: 'Wrong e-mail or password.' });
  }
  req.session.email = member.email;
  res.json({ email: member.email });
});

const stock = express.Router();

stock.use((req, res, next) => {
  if (!req.session.email) {
    return res.status(401).json({ error: 'Please sign in.' });
  }
  next();
});

stock.get('/', (req, res) => {
  res.json([{ id: 'fern-01', stock: 14 }]);
});

stock.put('/:id', (req, res) => {
  res.json({ id: req.params.id, stock: Number(req.body.stock) });
});

app.use('/stock', stock);

app.listen(process.env.ADMIN_PORT || 4001);
