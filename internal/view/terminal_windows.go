package view

const hasTERM = false
