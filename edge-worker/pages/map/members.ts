/** A member of an island, as the stats have it. */
export interface Member {
  readonly address: string;
  readonly parcel: readonly [number, number];
}

/** The members of an island in the order in which they joined; `gone` if there is no such island. */
export async function fetchMembers(id: string, signal: AbortSignal): Promise<Member[] | "gone"> {
  const response = await fetch(`islands/${encodeURIComponent(id)}`, { signal });
  if (response.status === 404) return "gone";
  if (!response.ok) throw new Error(`GET /islands/${id}: ${response.status}`);
  const { peers } = (await response.json()) as { peers: Member[] };
  return peers;
}
