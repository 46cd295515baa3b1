// Command goose runs `up` by goose's library with one of its lockers, which its command line does not offer, or says which
// statements it makes of files.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing/fstest"
	"time"

	_ "github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

func up(locker, url, folder string) error {
	var option goose.ProviderOption
	switch locker {
	case "session":
		l, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return err
		}
		option = goose.WithSessionLocker(l)
	case "table":
		l, err := lock.NewPostgresTableLocker(lock.WithTableLockTimeout(time.Second, 60))
		if err != nil {
			return err
		}
		option = goose.WithLocker(l)
	default:
		return fmt.Errorf("unknown locker %q", locker)
	}
	db, err := sql.Open("postgres", url)
	if err != nil {
		return err
	}
	defer db.Close()
	provider, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(folder), option)
	if err != nil {
		return err
	}
	applied, err := provider.Up(context.Background())
	if err != nil {
		return err
	}
	fmt.Println(len(applied))
	return nil
}

// statements prints what goose would send for each file of a folder alone, in one direction, as JSON.
func statements(direction, folder string) error {
	names, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil {
		return err
	}
	found := map[string][]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		base := filepath.Base(name)
		sent, err := record(direction, base, text)
		if err != nil {
			sent = []string{"error: " + err.Error()}
		}
		found[base] = sent
	}
	return json.NewEncoder(os.Stdout).Encode(found)
}

func record(direction, name string, text []byte) ([]string, error) {
	recorder := &recorder{sent: []string{}}
	db := sql.OpenDB(recorder)
	defer db.Close()
	files := fstest.MapFS{name: {Data: text}}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableVersioning(true))
	if err != nil {
		return nil, err
	}
	version, err := goose.NumericComponent(name)
	if err != nil {
		return nil, err
	}
	_, err = provider.ApplyVersion(context.Background(), version, direction == "up")
	return recorder.sent, err
}

func main() {
	run := func() error {
		if os.Args[1] == "statements" {
			return statements(os.Args[2], os.Args[3])
		}
		return up(os.Args[1], os.Args[2], os.Args[3])
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}
