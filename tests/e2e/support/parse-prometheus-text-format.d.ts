declare module "parse-prometheus-text-format" {
  /** One sample, or the samples of a histogram that belong together; numbers are as they were written. */
  export interface Sample {
    labels?: Record<string, string>;
    value?: string;
    buckets?: Record<string, string>;
    count?: string;
    sum?: string;
  }

  /** All samples of one name. */
  export interface Family {
    name: string;
    help: string;
    type: string;
    metrics: Sample[];
  }

  /** Reads Prometheus' text format; throws if a line is none of it. */
  export default function parse(text: string): Family[];
}
