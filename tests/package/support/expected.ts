/** What `consumers/scenario.js` comes to, on every platform. */
export const EXPECTED = {
  updates: 160,
  islands: [
    "I2 103.39635175167236 p12 p22 p31 p4 p1 p23",
    "I3 113.67854898792471 p36 p29 p8 p17 p16 p38 p5 p33",
    "Ik 58.16935163286381 p15 p32 p21 p9 p6 p11 p19",
    "Iw 53.47078641650972 p34 p13 p3 p10 p2 p39 p27 p37",
    "I2s 68.29494856868992 p20 p35 p30 p28 p14",
    "I31 23.50531854708632 p25 p26",
    "I34 0 p7",
    "I38 30.20761493398643 p24 p0",
  ],
};
