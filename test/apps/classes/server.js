const App = require('./app');

const app = new App(process.env.PORT);

app.listen();
