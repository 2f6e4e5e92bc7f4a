# Completion of reaperctl: verbs and options from its own --help, units from the running reaperd.
_reaperctl() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} verb= word socket=()
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		--socket=*) socket=("$word") ;;
		-*) ;;
		*) [ -n "$verb" ] || verb=$word ;;
		esac
	done
	case $previous in
	-o | --output) COMPREPLY=($(compgen -W "human json short short-iso cat" -- "$current")) && return ;;
	-s | --signal) COMPREPLY=($(compgen -A signal -- "$current")) && return ;;
	esac
	if [[ $current == -* ]]; then
		COMPREPLY=($(compgen -W "$(reaperctl --help all | grep -o -- '--[a-z-]*')" -- "$current"))
	elif [ -z "$verb" ]; then
		COMPREPLY=($(compgen -W "$(reaperctl --help all | sed -n '/^Verbs:/,/^Options:/s/^  \([a-z-]*\) .*/\1/p')" -- "$current"))
	else
		COMPREPLY=($(compgen -W "$(reaperctl "${socket[@]}" list-units --all --no-legend --plain 2>/dev/null |
			awk '{ print $1 }')" -- "$current"))
	fi
}
complete -F _reaperctl reaperctl
