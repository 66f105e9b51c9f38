import twilio from 'twilio';

/** Creates the official client with requests to a simulator on a port: the original host name comes first in the path. */
export function clientAt(apiUrl: string, accountSid: string, authToken: string): ReturnType<typeof twilio> {
  const httpClient = new twilio.RequestClient({ timeout: 8000 });
  const send = httpClient.request.bind(httpClient);
  httpClient.request = (request) => {
    const { hostname, pathname, search } = new URL(request.uri);
    return send({ ...request, uri: `${apiUrl}/${hostname}${pathname}${search}` });
  };
  return twilio(accountSid, authToken, { httpClient });
}
