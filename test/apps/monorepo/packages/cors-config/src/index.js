const previews = /^https:\/\/preview-\d+.garden\.example$/;

const site = 'https://garden.example';

/** @param {{ previews?: boolean }} [more] */
function corsConfig(more = {}) {
  return {
    origin: more.previews ? [site, previews] : site,
    credentials: true,
    maxAge: 3600,
  };
}

module.exports = { corsConfig };
