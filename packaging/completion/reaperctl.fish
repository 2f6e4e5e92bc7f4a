# Completion of reaperctl for fish: it says itself what may come next.
complete -c reaperctl -f -a '(reaperctl __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
complete -c reaperctl -n 'contains -- verify (commandline -opc)' -F
