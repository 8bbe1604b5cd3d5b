module tideline.dev/clients/go

go 1.21
