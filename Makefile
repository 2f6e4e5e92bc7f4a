CFLAGS := -std=gnu17 -D_GNU_SOURCE -I. -Wall -Wextra -Wshadow -Wformat=2 -Werror -O2 -g
objs := $(patsubst %.c,build/obj/%.o,$(wildcard common/*.c daemon/*/*.c))
all: $(objs)
build/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<
-include $(objs:.o=.d)
