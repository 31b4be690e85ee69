// A real OpenID provider for the tests: people sign in by typing what it shall say of them.
//
// node provider.js HOME. It prints its address once it listens. Control, on the same port:
//   POST /control/rotate   new signing keys from now on
//   POST /control/skew?seconds=N   its clock goes wrong by so many seconds
// A key that the provider rotates out stays out: what was signed before is worth nothing.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const [home] = process.argv.slice(2);
let issuer;
let provider;
let number = 1;
const stored = new Map();

// What the provider remembers outlives new keys, so that only the keys change.
class Memory {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload) { stored.set(this.key(id), payload); }
  async find(id) { return stored.get(this.key(id)); }
  async findByUid(uid) { return [...stored.values()].find((one) => one.uid === uid && one.kind === this.model); }
  async findByUserCode(code) { return [...stored.values()].find((one) => one.userCode === code); }
  async destroy(id) { stored.delete(this.key(id)); }
  async revokeByGrantId(grant) {
    for (const [key, one] of stored) if (one.grantId === grant) stored.delete(key);
  }
  async consume(id) { stored.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
}

function signingKey(number) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: `key-${number}`, use: 'sig', alg: 'RS256' };
}

function make(number) {
  const provider = new Provider(issuer, {
    adapter: Memory,
    jwks: { keys: [signingKey(number)] },
    cookies: { keys: ['only for tests'] },
    clients: [{
      client_id: 'cadre',
      client_secret: 'a secret of the tests, long enough',
      redirect_uris: ['county', 'state'].map((slug) => `${home}/sign-in/with/${slug}/back`),
      post_logout_redirect_uris: [`${home}/sign-in`],
    }],
    // Short, so that a clock that is wrong by minutes shows.
    ttl: { IdToken: 60, AccessToken: 3600, AuthorizationCode: 60, Grant: 3600, Interaction: 3600, Session: 3600 },
    pkce: { required: () => true },
    // In the ID token, as county directories send them; the number of `beside:…` comes only when asked for beside it.
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], profile: ['staff_number'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    async findAccount(_, sub) {
      const [kind, value] = [sub.slice(0, sub.indexOf(':')), sub.slice(sub.indexOf(':') + 1)];
      return {
        accountId: sub,
        async claims(use) {
          if (kind === 'number') return { sub, staff_number: value };
          if (kind === 'beside') return use === 'userinfo' ? { sub, staff_number: value } : { sub };
          if (kind === 'unverified') return { sub, email: value, email_verified: false };
          return { sub, email: value, email_verified: true };
        },
      };
    },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId,
      });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
  });
  provider.on('server_error', (_, error) => console.error(error));
  return provider;
}

const honest = Date.now;

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return new URLSearchParams(Buffer.concat(parts).toString());
}

async function answer(request, response) {
  const url = new URL(request.url, issuer);
  if (url.pathname === '/favicon.ico') {
    response.statusCode = 204;
    return response.end();
  }
  if (url.pathname === '/control/rotate') {
    number += 1;
    provider = make(number);
    return response.end();
  }
  if (url.pathname === '/control/skew') {
    const wrong = Number(url.searchParams.get('seconds')) * 1000;
    Date.now = () => honest() + wrong;
    return response.end();
  }
  if (url.pathname.startsWith('/interaction/')) {
    if (request.method === 'GET') {
      response.setHeader('content-type', 'text/html');
      return response.end(`<!doctype html><html lang="en"><title>County</title><h1>County sign-in</h1>
        <form method="post"><label>Account <input name="account"></label>
        <button name="do" value="yes">Go on</button> <button name="do" value="no">Refuse</button></form>`);
    }
    const form = await body(request);
    const result = form.get('do') === 'yes'
      ? { login: { accountId: form.get('account') } }
      : { error: 'access_denied', error_description: 'refused' };
    return provider.interactionFinished(request, response, result);
  }
  return provider.callback()(request, response);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end();
  });
});
server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  provider = make(number);
  console.log(issuer);
});
