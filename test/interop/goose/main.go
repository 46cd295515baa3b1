// Command goose runs `up` by goose's library with one of its lockers, which its command line does not offer.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"

	_ "github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

func run(locker, url, folder string) error {
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

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}
