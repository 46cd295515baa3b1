/** One after the other: the results in order. */
export async function batch<A, R>(list: readonly A[], each: (item: A) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of list) results.push(await each(item))
  return results
}
