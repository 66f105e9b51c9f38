import type { IncomingMessage } from 'node:http';

const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?$/i;
const LOOPBACK_ADDRESS = /^(127\.[0-9.]+|::1|::ffff:127\.[0-9.]+)$/;

/** Whatever a tunnel or proxy adds. With one of them, "from this machine" means from anywhere. */
const FORWARDING =
  /^(forwarded|via|x-forwarded-.*|x-real-ip|x-original-.*|x-client-ip|x-cluster-client-ip|.*-connecting-ip|true-client-ip|ngrok-.*|x-envoy-.*|x-amzn-trace-id|cdn-loop)$/;

/** The name in the address bar is this machine's own; another name that leads here is somebody's trick (DNS rebinding). */
export function isLoopbackHost(host: string | undefined): boolean {
  return LOOPBACK_HOST.test(host ?? '');
}

/** Sent on this machine, to this machine, through nobody. */
export function isFromHere(request: IncomingMessage): boolean {
  return (
    isLoopbackHost(request.headers.host) &&
    LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '') &&
    !Object.keys(request.headers).some((name) => FORWARDING.test(name))
  );
}
