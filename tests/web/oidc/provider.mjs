// A certified identity provider, with invented people: `node provider.mjs PORT CLIENT SECRET ADDRESS-OF-THE-PAGES`.
import Provider from "oidc-provider";

const [port, client_id, client_secret, pages] = process.argv.slice(2);

// Whoever signs in as somebody is them; after the colon, the groups they are in.
const findAccount = (_, id) => ({
  accountId: id,
  claims: () => ({ sub: id, preferred_username: id.split(":")[0], groups: id.split(":").slice(1) }),
});

const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id,
      client_secret,
      redirect_uris: [`${pages}/logga-in/oidc/svar`],
      post_logout_redirect_uris: [`${pages}/utloggad`],
    },
  ],
  claims: { openid: ["sub"], profile: ["preferred_username", "groups"], email: ["email"] },
  cookies: { keys: ["invented"] },
  findAccount,
  pkce: { required: () => true },
  ttl: { AccessToken: 600, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
