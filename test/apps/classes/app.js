const express = require('express');
const cors = require('cors');
const BookingController = require('./booking.controller');

class App {
  constructor(port) {
    this.app = express();
    this.port = port;

    this.initializeControllers([new BookingController()]);
    this.initializeMiddlewares();
  }

  initializeMiddlewares() {
    this.app.use(express.json());
    this.app.use(cors({ origin: 'https://booking.example', credentials: true, maxAge: 600 }));
    this.app.get('/rooms', (req, res) => {
      res.json([]);
    });
  }

  initializeControllers(controllers) {
    controllers.forEach((controller) => {
      this.app.use('/', controller.router);
    });
  }

  listen() {
    this.app.listen(this.port, () => {
      console.log(`App listening on the port ${this.port}`);
    });
  }
}

module.exports = App;
