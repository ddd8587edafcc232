export const shop = 'https://shop.catalogue.example';

export const origins = [shop, 'https://print.catalogue.example', 'null'];
