//go:build !linux || !(amd64 || arm64)

package trace

// Tracer runs one program.
type Tracer struct{}

// New returns a tracer.
func New(Options) *Tracer { return &Tracer{} }

// Run returns ErrUnsupported.
func (*Tracer) Run() (Exit, error) { return Exit{}, ErrUnsupported }

// End does nothing.
func (*Tracer) End() {}

// IsSetup returns false.
func IsSetup([]string) bool { return false }

// Setup is never called.
func Setup([]string) int { return 1 }
