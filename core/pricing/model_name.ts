/**
 * Names of models: what clouds and tools add around a model's own name, taken off step by step.
 */

/** A model's name with what its spelling says beside it. */
export interface ModelName {
  /** Lower-case spellings to look for, as reported first, each looser than the one before. */
  readonly spellings: readonly string[];
  /** `us`, `eu`, `global`, … or a cloud's region such as `us-east-1`; null when the name does not say. */
  readonly region: string | null;
  /** The provider or the maker that the spelling names, to be looked up when the record names none; null when none. */
  readonly provider: string | null;
}

const ARN = /^arn:aws[a-z-]*:(?:bedrock|sagemaker)[a-z-]*:([a-z0-9-]*):\d*:(?:[a-z-]+)\/(.+)$/;
const RESOURCE_PATH = /^(?:projects\/[^/]+\/)?(?:locations\/([^/]+)\/)?publishers\/([^/]+)\/models\/(.+)$/;
const DEPLOYMENT_PATH = /^(?:https?:\/\/[^/]+\/)?(?:openai\/)?deployments\/([^/?]+)/;
const BEDROCK_REGION = /^(us-gov|us|eu|apac|ap|jp|au|ca|sa|global)\.(?=[a-z0-9-]+\.)/;
/** Makers whose models Bedrock lists as `maker.model`. */
const BEDROCK_MAKER =
  /^(ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen|stability|twelvelabs|writer|xai|zai)\.(?=[a-z])/;
const BEDROCK_VERSION = /(?:-v\d+)?(?::\d+(?::[a-z0-9]+)?)$|-v\d+$/;
const VERTEX_VERSION = /@([a-z0-9-]+)$/;
const COMPACT_DATE = /-(20\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g;
const DATE = /-20\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])$/;

/** Takes a reported name apart. */
export function readModelName(reported: string): ModelName {
  const raw = reported.trim().toLowerCase();
  const spellings = new Set<string>([raw]);
  let region: string | null = null;
  let provider: string | null = null;
  let name = raw;
  const arn = ARN.exec(name);
  if (arn !== null) {
    region = arn[1] === "" ? null : arn[1]!;
    provider = "aws";
    name = arn[2]!;
  }
  const resource = RESOURCE_PATH.exec(name);
  if (resource !== null) {
    region = resource[1] ?? null;
    provider = "google";
    name = resource[3]!;
  } else if (name.startsWith("models/")) name = name.slice("models/".length);
  const deployment = DEPLOYMENT_PATH.exec(name);
  if (deployment !== null) {
    provider = "azure";
    name = deployment[1]!;
  }
  spellings.add(name);
  const geo = BEDROCK_REGION.exec(name);
  if (geo !== null) {
    region = geo[1]!;
    provider ??= "aws";
    name = name.slice(geo[0].length);
    spellings.add(name);
  }
  const maker = BEDROCK_MAKER.exec(name);
  if (maker !== null) {
    provider ??= "aws";
    name = name.slice(maker[0].length);
    spellings.add(name);
  }
  for (const spelling of loosen(name)) spellings.add(spelling);
  return { spellings: [...spellings], region, provider };
}

/** Ever looser spellings: without version suffixes, with dates spelled the other way, without dates, `4.5` as `4-5`. */
function loosen(name: string): string[] {
  const spellings: string[] = [];
  const isVertexDate = VERTEX_VERSION.exec(name);
  if (isVertexDate !== null) {
    const base = name.slice(0, isVertexDate.index);
    spellings.push(`${base}-${isVertexDate[1]}`, base);
    name = base;
  }
  const unversioned = name.replace(BEDROCK_VERSION, "");
  if (unversioned !== "") spellings.push(unversioned);
  const dashedDate = unversioned.replace(COMPACT_DATE, "-$1-$2-$3");
  spellings.push(dashedDate);
  const undated = unversioned.replace(DATE, "");
  spellings.push(undated);
  spellings.push(undated.replace(/(\d)\.(\d)/g, "$1-$2"), undated.replace(/(\d)-(\d)(?!\d)/g, "$1.$2"));
  spellings.push(undated.replace(/^gpt-35-/, "gpt-3.5-"), unversioned.replace(/^gpt-35-/, "gpt-3.5-"));
  return spellings;
}
