/* The larger of two, and where it was. */

/* Take a value, if it is larger than the largest so far, with its place. As in NumPy, nan
   is the largest of all. */
TARGET static inline void NAME(take_larger)(VECTOR value, INTEGER place,
                                            VECTOR *largest, INDICES *winner)
{
    INDICES wins = (INDICES)(value > *largest) | (INDICES)(value != value);
    *largest = NAME(chosen)(wins, value, *largest);
    *winner = (wins & place) | (~wins & *winner);
}
