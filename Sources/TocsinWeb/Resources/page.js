import "./tocsin.js";
