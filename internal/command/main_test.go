package command_test

import (
	"os"
	"testing"

	"brood/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.New(m).Run()) }
