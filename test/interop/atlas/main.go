// Command atlas runs Atlas's own library (directories, sums, scanner, executor, driver, lock) for the tests.
// The CLI of the community edition is a module of its own. The Go module proxy has no version of ariga.io/atlas/cmd/atlas,
// and none of github.com/ariga/atlas/cmd/atlas that a replace could name. So the storage of revision rows, which is the
// CLI's, is written here, with the columns that its schema has.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
	"ariga.io/atlas/sql/sqltool"
	_ "github.com/lib/pq"
)

func openDir(format, path string) (migrate.Dir, error) {
	switch format {
	case "atlas":
		return migrate.NewLocalDir(path)
	case "goose":
		return sqltool.NewGooseDir(path)
	case "golang-migrate":
		return sqltool.NewGolangMigrateDir(path)
	case "dbmate":
		return sqltool.NewDBMateDir(path)
	case "flyway":
		return sqltool.NewFlywayDir(path)
	}
	return nil, fmt.Errorf("unknown format %q", format)
}

const table = "atlas_schema_revisions.atlas_schema_revisions"

type revisions struct{ conn *sql.Conn }

func (r *revisions) Ident() *migrate.TableIdent {
	return &migrate.TableIdent{Name: "atlas_schema_revisions", Schema: "atlas_schema_revisions"}
}

const columns = `version, description, type, applied, total, executed_at, execution_time, coalesce(error, ''),
	coalesce(error_stmt, ''), hash, partial_hashes, operator_version`

func (r *revisions) read(ctx context.Context, where string, args ...any) ([]*migrate.Revision, error) {
	rows, err := r.conn.QueryContext(ctx, "SELECT "+columns+" FROM "+table+where+` ORDER BY version COLLATE "C"`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*migrate.Revision
	for rows.Next() {
		var (
			v      migrate.Revision
			hashes []byte
			took   int64
		)
		if err := rows.Scan(&v.Version, &v.Description, &v.Type, &v.Applied, &v.Total, &v.ExecutedAt, &took, &v.Error,
			&v.ErrorStmt, &v.Hash, &hashes, &v.OperatorVersion); err != nil {
			return nil, err
		}
		v.ExecutionTime = time.Duration(took)
		if len(hashes) > 0 {
			if err := json.Unmarshal(hashes, &v.PartialHashes); err != nil {
				return nil, err
			}
		}
		found = append(found, &v)
	}
	return found, rows.Err()
}

func (r *revisions) ReadRevisions(ctx context.Context) ([]*migrate.Revision, error) {
	return r.read(ctx, "")
}

func (r *revisions) ReadRevision(ctx context.Context, version string) (*migrate.Revision, error) {
	found, err := r.read(ctx, " WHERE version = $1", version)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, migrate.ErrRevisionNotExist
	}
	return found[0], nil
}

func (r *revisions) WriteRevision(ctx context.Context, v *migrate.Revision) error {
	hashes, err := json.Marshal(v.PartialHashes)
	if err != nil {
		return err
	}
	_, err = r.conn.ExecContext(ctx, "INSERT INTO "+table+` VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)
		ON CONFLICT (version) DO UPDATE SET type = excluded.type, applied = excluded.applied, total = excluded.total,
		execution_time = excluded.execution_time, error = excluded.error, error_stmt = excluded.error_stmt,
		hash = excluded.hash, partial_hashes = excluded.partial_hashes, operator_version = excluded.operator_version`,
		v.Version, v.Description, v.Type, v.Applied, v.Total, v.ExecutedAt, v.ExecutionTime.Nanoseconds(), v.Error, v.ErrorStmt,
		v.Hash, string(hashes), v.OperatorVersion)
	return err
}

func (r *revisions) DeleteRevision(ctx context.Context, version string) error {
	_, err := r.conn.ExecContext(ctx, "DELETE FROM "+table+" WHERE version = $1", version)
	return err
}

const createTable = `CREATE SCHEMA IF NOT EXISTS atlas_schema_revisions;
CREATE TABLE IF NOT EXISTS ` + table + ` (
	version character varying NOT NULL, description character varying NOT NULL, type bigint NOT NULL DEFAULT 2,
	applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0, executed_at timestamp with time zone NOT NULL,
	execution_time bigint NOT NULL, error text, error_stmt text, hash character varying NOT NULL, partial_hashes jsonb,
	operator_version character varying NOT NULL, CONSTRAINT atlas_schema_revisions_pkey PRIMARY KEY (version))`

// scan yields the statements of a file as the Postgres driver does for its own format, and as the format itself for the
// others. The scanner panics on a lone quote after DELIMITER.
func scan(format string, f migrate.File) (statements []*migrate.Stmt, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if format != "atlas" {
		return f.StmtDecls()
	}
	return (&migrate.Scanner{ScannerOptions: migrate.ScannerOptions{
		MatchBegin: true, MatchBeginAtomic: true, MatchDollarQuote: true, EscapedStringExt: true,
	}}).Scan(string(f.Bytes()))
}

// printSum takes the files of the format, as newer releases do; here Checksum() would hash the plain folder.
func printSum(format, path string) error {
	dir, err := openDir(format, path)
	if err != nil {
		return err
	}
	files, err := dir.Files()
	if err != nil {
		return err
	}
	sum, err := migrate.NewHashFile(files)
	if err != nil {
		return err
	}
	text, err := sum.MarshalText()
	if err != nil {
		return err
	}
	fmt.Println(string(text))
	return nil
}

func run(args []string) error {
	ctx := context.Background()
	switch command := args[0]; command {
	case "hash":
		// Several folders, each sum followed by an empty line.
		for _, path := range args[2:] {
			if err := printSum(args[1], path); err != nil {
				return err
			}
		}
		return nil
	case "validate", "statements":
		dir, err := openDir(args[1], args[2])
		if err != nil {
			return err
		}
		switch command {
		case "validate":
			return migrate.Validate(dir)
		default:
			files, err := dir.Files()
			if err != nil {
				return err
			}
			found := map[string][]string{}
			for _, f := range files {
				statements, err := scan(args[1], f)
				if err != nil {
					found[f.Name()] = []string{"error: " + err.Error()}
					continue
				}
				texts := make([]string, len(statements))
				for i, s := range statements {
					texts[i] = s.Text
				}
				found[f.Name()] = texts
			}
			return json.NewEncoder(os.Stdout).Encode(found)
		}
	case "apply", "status", "lock":
		db, err := sql.Open("postgres", args[1])
		if err != nil {
			return err
		}
		defer db.Close()
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		drv, err := postgres.Open(conn)
		if err != nil {
			return err
		}
		if command != "status" {
			timeout := 10 * time.Second
			unlock, err := drv.Lock(ctx, "atlas_migrate_execute", timeout)
			if err != nil {
				return fmt.Errorf("acquiring database lock: %w", err)
			}
			defer unlock()
		}
		if command == "lock" {
			fmt.Println("locked")
			os.Stdin.Read(make([]byte, 1))
			return nil
		}
		dir, err := openDir(args[2], args[3])
		if err != nil {
			return err
		}
		if _, err := conn.ExecContext(ctx, createTable); err != nil {
			return err
		}
		executor, err := migrate.NewExecutor(drv, dir, &revisions{conn}, migrate.WithOperatorVersion("Atlas CLI"))
		if err != nil {
			return err
		}
		if command == "status" {
			pending, err := executor.Pending(ctx)
			if err != nil && !errors.Is(err, migrate.ErrNoPendingFiles) {
				return err
			}
			for _, f := range pending {
				fmt.Println(f.Name())
			}
			return nil
		}
		n := 0
		if len(args) > 4 {
			fmt.Sscan(args[4], &n)
		}
		if err := executor.ExecuteN(ctx, n); err != nil && !errors.Is(err, migrate.ErrNoPendingFiles) {
			return err
		}
		return nil
	}
	return fmt.Errorf("unknown command %q", strings.Join(args, " "))
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}
