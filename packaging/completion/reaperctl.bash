# Completion of reaperctl: it says itself what may come next.
_reaperctl() {
	local words=("${COMP_WORDS[@]:1:COMP_CWORD}") current line IFS=$'\n'

	# A word with "=" in it comes in three pieces.
	if [ "${#words[@]}" -ge 3 ] && [ "${words[-2]}" = = ]; then
		words=("${words[@]:0:${#words[@]}-2}" "${words[-1]}")
	elif [ "${words[-1]}" = = ]; then
		words[-1]=
	fi
	COMPREPLY=()
	for line in $("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null); do
		COMPREPLY+=("${line%%$'\t'*}")
	done
	case ${COMPREPLY[0]} in *=) compopt -o nospace ;; esac
}
complete -o default -F _reaperctl reaperctl
