import pg from 'pg'

/** Makes a database of that name on a cluster and connects to it. */
export async function openDatabase(cluster, name) {
  const admin = new pg.Client({ connectionString: cluster.url })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  const client = new pg.Client({ connectionString: cluster.url.replace(/\/postgres$/, `/${name}`) })
  await client.connect()
  return client
}
