module brood

go 1.26
