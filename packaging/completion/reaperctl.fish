# Completion of reaperctl for fish: verbs and options from its own --help, units from the running reaperd.
function __reaperctl_verbs
    reaperctl --help all | sed -n '/^Verbs:/,/^Options:/s/^  \([a-z-]*\) .*/\1/p'
end

function __reaperctl_needs_verb
    for word in (commandline -opc)[2..]
        string match -q -- '-*' $word; or return 1
    end
end

complete -c reaperctl -f
complete -c reaperctl -n __reaperctl_needs_verb -a '(__reaperctl_verbs)'
complete -c reaperctl -n 'not __reaperctl_needs_verb' \
    -a '(reaperctl list-units --all --no-legend --plain 2>/dev/null | awk \'{ print $1 }\')'
for option in (reaperctl --help all | grep -o -- '--[a-z-]*' | sort -u)
    complete -c reaperctl -l (string sub -s 3 -- $option)
end
