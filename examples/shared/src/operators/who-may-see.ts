import { isLoopbackHost } from '@amd/dashboard';

/** Describes a raw port forward: to the server it looks like this machine. */
const HERE =
  'everybody on this machine, and to whoever reaches its port through a forward (ssh -L, kubectl port-forward)';

/** Says to whom the page and the metrics are open, and how to change that. */
export function whoMaySee(settings: {
  /** Such as `page of calls`. */
  readonly page: string;
  readonly publicBaseUrl: string;
  readonly DASHBOARD_PASSWORD?: string | undefined;
  readonly METRICS_TOKEN?: string | undefined;
}): string[] {
  const { page, publicBaseUrl, DASHBOARD_PASSWORD: password, METRICS_TOKEN: token } = settings;
  const isHereOnly = isLoopbackHost(new URL(publicBaseUrl).host);
  return [
    password !== undefined
      ? `The ${page} is at ${publicBaseUrl}/ and asks for DASHBOARD_PASSWORD.`
      : isHereOnly
        ? `The ${page} is at ${publicBaseUrl}/, without a password open to ${HERE}: set DASHBOARD_PASSWORD.`
        : `The ${page} is off: set DASHBOARD_PASSWORD.`,
    token !== undefined
      ? 'Metrics are at /metrics and ask for METRICS_TOKEN.'
      : isHereOnly
        ? `Metrics are at /metrics, without a token open to ${HERE}: set METRICS_TOKEN.`
        : 'Metrics are off: set METRICS_TOKEN.',
  ];
}
