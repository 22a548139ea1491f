package view

// hasTERM is false: Windows has no TERM, and its terminals can move the cursor.
const hasTERM = false
