import type { Endpoint } from '../endpoint.js';

/** What we use of an API Gateway event, of either payload version, and of a function URL's. */
export interface LambdaEvent {
  readonly httpMethod?: string | undefined;
  readonly path?: string | undefined;
  readonly rawPath?: string | undefined;
  readonly rawQueryString?: string | undefined;
  readonly multiValueQueryStringParameters?: Readonly<Record<string, readonly string[] | undefined>> | null | undefined;
  readonly queryStringParameters?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly headers?: Readonly<Record<string, string | undefined>> | null | undefined;
  readonly requestContext?: { readonly http?: { readonly method?: string | undefined } | undefined } | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

/** What a Lambda function returns to API Gateway, a function URL or a load balancer. */
export interface LambdaResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * A handler for AWS Lambda behind API Gateway or a function URL. A function may be frozen after its answer: something has to
 * call `runtime.tick()` while calls are under way (docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
 */
export function toLambdaHandler(endpoint: Endpoint): (event: LambdaEvent) => Promise<LambdaResult> {
  return async (event) => {
    const { body, isBase64Encoded = false } = event;
    const plain = await endpoint.handle({
      method: event.requestContext?.http?.method ?? event.httpMethod ?? 'GET',
      path: event.rawPath ?? event.path ?? '/',
      query: event.rawQueryString ?? queryOf(event),
      headers: Object.fromEntries(
        Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
      ),
      body: isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString('utf8') : (body ?? ''),
    });
    const { status: statusCode, headers, bytes } = plain;
    if (bytes === undefined) return { statusCode, headers, body: plain.body };
    return { statusCode, headers, body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true };
  };
}

/** Version 1 hands the query over decoded; what we put into ours needs no encoding, so nothing is lost. */
function queryOf({ multiValueQueryStringParameters, queryStringParameters }: LambdaEvent): string {
  const single = Object.entries(queryStringParameters ?? {}).map(([name, value]) => [name, [value ?? '']] as const);
  const pairs = multiValueQueryStringParameters ? Object.entries(multiValueQueryStringParameters) : single;
  return pairs
    .flatMap(([name, values]) =>
      (values ?? []).map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
    )
    .join('&');
}
