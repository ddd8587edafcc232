export const CLIENTS = {
  web: 'https://tickets.example',
  desk: 'http://desk.tickets.example',
} as const;
