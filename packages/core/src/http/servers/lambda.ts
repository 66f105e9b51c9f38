import type { Endpoint } from '../endpoint.js';

type Values = Readonly<Record<string, string | undefined>>;
type ListedValues = Readonly<Record<string, readonly string[] | undefined>>;

/** What we use of an event of API Gateway (either payload version), of a function URL, or of an Application Load Balancer. */
export interface LambdaEvent {
  readonly httpMethod?: string | undefined;
  readonly path?: string | undefined;
  readonly rawPath?: string | undefined;
  readonly rawQueryString?: string | undefined;
  readonly multiValueQueryStringParameters?: ListedValues | null | undefined;
  readonly queryStringParameters?: Values | null | undefined;
  readonly headers?: Values | null | undefined;
  readonly multiValueHeaders?: ListedValues | null | undefined;
  readonly requestContext?:
    | {
        readonly http?: { readonly method?: string | undefined } | undefined;
        readonly stage?: string | undefined;
        /** An Application Load Balancer. */
        readonly elb?: unknown;
      }
    | undefined;
  readonly body?: string | null | undefined;
  readonly isBase64Encoded?: boolean | undefined;
}

/** What a Lambda function returns to API Gateway, a function URL or a load balancer. */
export interface LambdaResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** For a load balancer that sends lists of values: it takes no others. */
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

/**
 * A handler for AWS Lambda behind API Gateway, a function URL or an Application Load Balancer. A function is frozen after its answer
 * (docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html), so the work that is due is done before: within the
 * endpoint's `serverlessBudgetMs`. Timers need a scheduler that calls `tick()`.
 */
export function toLambdaHandler(endpoint: Endpoint): (event: LambdaEvent) => Promise<LambdaResult> {
  return async (event) => {
    const { body, isBase64Encoded = false } = event;
    const request = {
      method: event.requestContext?.http?.method ?? event.httpMethod ?? 'GET',
      path: pathOf(event),
      query: event.rawQueryString ?? queryOf(event),
      headers: headersOf(event),
      body: isBase64Encoded ? decoded(body ?? '') : (body ?? ''),
    };
    const { status: statusCode, headers, bytes, body: text } = await endpoint.handle(request, { freezes: true });
    const listed = event.multiValueHeaders && !event.headers ? { multiValueHeaders: inLists(headers) } : {};
    if (bytes === undefined) return { statusCode, headers, ...listed, body: text };
    return { statusCode, headers, ...listed, body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true };
  };
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** Without the named stage that an API of API Gateway may put before the path; Twilio need not have asked with it. */
function pathOf({ rawPath, path = '/', requestContext }: LambdaEvent): string {
  const whole = rawPath ?? path;
  const { stage = '$default' } = requestContext ?? {};
  return whole.startsWith(`/${stage}/`) ? whole.slice(stage.length + 1) : whole;
}

function headersOf({ headers, multiValueHeaders }: LambdaEvent): Record<string, string | undefined> {
  const listed = Object.entries(multiValueHeaders ?? {}).map(([name, values]) => [name, values?.join(', ')] as const);
  const single = Object.entries(headers ?? {});
  return Object.fromEntries([...listed, ...single].map(([name, value]) => [name.toLowerCase(), value]));
}

function inLists(headers: Readonly<Record<string, string>>): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
}

/**
 * Version 1 of API Gateway hands the query over decoded; what we put into ours needs no encoding, so nothing is lost. A load balancer
 * hands it over as it came (docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html).
 */
function queryOf({ multiValueQueryStringParameters, queryStringParameters, requestContext }: LambdaEvent): string {
  const single = Object.entries(queryStringParameters ?? {}).map(([name, value]) => [name, [value ?? '']] as const);
  const pairs = multiValueQueryStringParameters ? Object.entries(multiValueQueryStringParameters) : single;
  const written = requestContext?.elb === undefined ? encodeURIComponent : (text: string) => text;
  return pairs
    .flatMap(([name, values]) => (values ?? []).map((value) => `${written(name)}=${written(value)}`))
    .join('&');
}
