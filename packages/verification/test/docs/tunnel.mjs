// For `node --import`: stands for ngrok. Its API names the tunnel, and requests to the tunnel's address reach the app on this
// machine, at the port in TUNNEL_PORT.
const { TUNNEL_URL: url, TUNNEL_PORT: port } = process.env;
const real = globalThis.fetch;

globalThis.fetch = async (address, options) => {
  const to = String(address instanceof Request ? address.url : address);
  if (to === 'http://127.0.0.1:4040/api/tunnels') {
    const tunnel = { public_url: url, proto: 'https', config: { addr: `http://localhost:${port}` } };
    return Response.json({ tunnels: [tunnel] });
  }
  if (!to.startsWith(`${url}/`)) return real(address, options);
  try {
    return await real(`http://127.0.0.1:${port}${to.slice(url.length)}`, options);
  } catch {
    return new Response('', { status: 502, headers: { 'ngrok-error-code': 'ERR_NGROK_8012' } });
  }
};
