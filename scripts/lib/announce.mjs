/** What is said of a realm that has just started. */

/**
 * Says where the realm is, or why it does not work.
 *
 * @param {string} host where it is reached, such as `localhost:8787`
 */
export async function announce(host) {
  const response = await fetch(`http://${host}/about`).catch(() => undefined);
  if (response?.status === 500) {
    const { error } = /** @type {{ error: string }} */ (await response.json());
    console.error(`\n✗ The realm is up but cannot work: ${error}\n`);
    return;
  }
  const answer = await fetch(`http://${host}/realms`).catch(() => undefined);
  const realms = /** @type {{ url: string }[]} */ (answer?.ok ? await answer.json() : []);
  const others = realms.slice(1).map(({ url }) => url);
  console.log(`
  The realm is running:
    live map     http://${host}/
    simulator    http://${host}/simulator
    API          http://${host}/api
    about        http://${host}/about
    archipelago  ws://${host}/ws
    peers        http://${host}/comms/peers
    islands      http://${host}/comms/islands
    metrics      http://${host}/metrics

  In the explorer: /changerealm ${[`http://${host}`, ...others].join(" or ")}
  Ctrl-C ends it.
`);
}
